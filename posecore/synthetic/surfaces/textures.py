"""Procedural surfaces of the surroundings: functions of metres on a floor or a wall to RGB."""

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rng = np.random.Generator
_CELLS = 64


@dataclass(frozen=True)
class Grain:
    """Random material of one scene.

    cloud: (256, 256) soft noise that repeats, mean 0. cells: (64, 64, 3), 0 to 1.
    """

    cloud: Floats
    cells: Floats

    def noise(self, x: Floats, y: Floats, size: float) -> Floats:
        """Soft noise of about unit variance with blots of about `size` metres, at places of any shape."""
        column = np.floor(x * np.float32(16 / size)).astype(np.int32) & 255
        row = np.floor(y * np.float32(16 / size)).astype(np.int32) & 255
        result: Floats = self.cloud.ravel()[row * 256 + column]
        return result

    def smooth(self, x: Floats, y: Floats, size: float) -> Floats:
        """The same without steps between cells, for blots that fill many pixels."""
        u, v = x * np.float32(16 / size), y * np.float32(16 / size)
        column, row = np.floor(u), np.floor(v)
        u, v = u - column, v - row
        left, low = column.astype(np.int32) & 255, (row.astype(np.int32) & 255) * 256
        right, high = (left + 1) & 255, (low + 256) & 65535
        flat = self.cloud.ravel()
        near = flat[low + left] + u * (flat[low + right] - flat[low + left])
        far = flat[high + left] + u * (flat[high + right] - flat[high + left])
        result: Floats = near + v * (far - near)
        return result

    def cell(self, x: Floats, y: Floats) -> Floats:
        """(..., 3) random numbers, one triple per unit square."""
        column = np.floor(x).astype(np.int32) & (_CELLS - 1)
        row = np.floor(y).astype(np.int32) & (_CELLS - 1)
        return self.cells.reshape(-1, 3)[row * _CELLS + column]


def draw_grain(rng: Rng) -> Grain:
    """Noise of three sizes, made to repeat without a seam."""
    total = np.zeros((256, 256), np.float32)
    for cells, strength in ((16, 1.0), (64, 0.55), (256, 0.4)):
        coarse = rng.standard_normal((cells, cells)).astype(np.float32)
        wrapped = np.pad(coarse, 2, mode="wrap")
        step = 256 // cells
        fine = cv2.resize(wrapped, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
        total += strength * fine[2 * step : 2 * step + 256, 2 * step : 2 * step + 256]
    total -= total.mean()
    return Grain(total / total.std(), rng.random((_CELLS, _CELLS, 3), dtype=np.float32))


Texture = Callable[[Floats, Floats, Grain], Floats]


def _hsv(h: float, s: float, v: float) -> Floats:
    return np.array(colorsys.hsv_to_rgb(h % 1.0, s, v), np.float32)


def _edge(x: Floats, width: float) -> NDArray[np.bool_]:
    return (x - np.floor(x)) < np.float32(width)


def speckled(colour: Floats, coarse: float, fine: float, size: float = 1.2) -> Texture:
    """Grass, sand, snow, asphalt, carpet: one colour with blots and grain."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        value = 1 + coarse * grain.smooth(x, y, size * 4) + fine * grain.noise(x, y, size * 0.25)
        return value[..., None] * colour

    return texture


def tiled(colour: Floats, joint: Floats, side: float, ratio: float, vary: float, brick: bool) -> Texture:
    """Tiles, bricks, planks: cells of size side * ratio by side with joints between."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        v = y / np.float32(side)
        u = x / np.float32(side * ratio)
        if brick:
            u = u + np.float32(0.5) * (np.floor(v) % 2)
        value = 1 + vary * (grain.cell(u, v)[..., :1] * 2 - 1) + 0.04 * grain.noise(x, y, 0.6)[..., None]
        result: Floats = value * colour
        result[_edge(u, 0.05 / ratio) | _edge(v, 0.05)] = joint
        return result

    return texture


def windows(wall: Floats, glass: Floats, wide: float, high: float) -> Texture:
    """A house front."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        u, v = x / np.float32(wide), y / np.float32(high)
        fu, fv = u - np.floor(u), v - np.floor(v)
        inside = (fu > 0.22) & (fu < 0.78) & (fv > 0.25) & (fv < 0.8)
        frame = (np.abs(fu - 0.5) < 0.02) | (fu < 0.25) | (fu > 0.75) | (fv < 0.28) | (fv > 0.77)
        result: Floats = (1 + 0.05 * grain.smooth(x, y, 2.0))[..., None] * wall
        dim = grain.cell(u, v)[inside][:, :1]
        result[inside] = glass * (0.6 + 0.7 * dim)
        result[inside & frame] = 0.85
        return result

    return texture


def foliage(colour: Floats) -> Texture:
    """Trees or a hedge: dark gaps, bright leaves."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        value = 0.78 + 0.2 * grain.smooth(x, y, 2.6) + 0.13 * grain.noise(x, y, 0.6)
        tint = grain.noise(y, x, 3.0) * 0.12
        result: Floats = value[..., None] * colour
        result[..., 0] *= 1 + tint
        return result

    return texture


def crowd(colour: Floats) -> Texture:
    """Rows of small blots, as spectators far away."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        v = y / np.float32(0.55)
        u = x / np.float32(0.5) + np.float32(0.5) * (np.floor(v) % 2)
        fu, fv = u - np.floor(u) - 0.5, v - np.floor(v)
        head = np.hypot(fu * 1.0, (fv - 0.75) * 1.1) < 0.16
        trunk = (np.abs(fu) < 0.34) & (fv < 0.6)
        cells = grain.cell(u, v)
        result: Floats = np.broadcast_to(colour, (*x.shape, 3)).astype(np.float32)
        result[trunk] = 0.5 * cells[trunk] + 0.4 * cells[trunk].mean(axis=1, keepdims=True)
        skin = np.array([0.85, 0.66, 0.52], np.float32)
        result[head] = skin * (0.45 + 0.6 * cells[head][:, 1:2])
        return result

    return texture


def shelves(board: Floats) -> Texture:
    """Shelves with things of many colours."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        v = y / np.float32(0.36)
        u = x / np.float32(0.09)
        cells = grain.cell(u, v)
        result: Floats = 0.1 + 0.4 * cells + 0.35 * cells.mean(axis=-1, keepdims=True)
        fv = v - np.floor(v)
        result[fv > 0.45 + 0.45 * cells[..., 2]] = board * 0.45
        result[(fv < 0.1) | _edge(x / np.float32(1.1), 0.05)] = board
        return result

    return texture


def panels(colour: Floats, line: Floats, wide: float) -> Texture:
    """Upright boards, a curtain or lockers."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        phase = x / np.float32(wide)
        soft = 0.9 + 0.13 * np.sin(phase * np.float32(2 * np.pi))
        result: Floats = soft[..., None] * colour
        result[_edge(phase, 0.04)] = line
        return result

    return texture


def posters(wall: Floats) -> Texture:
    """A plain wall with pictures and signs on it."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        u, v = x / np.float32(1.3), y / np.float32(1.1)
        cells = grain.cell(u, v)
        fu, fv = np.abs(u - np.floor(u) - 0.5), np.abs(v - np.floor(v) - 0.5)
        result: Floats = (1 + 0.03 * grain.smooth(x, y, 2.5))[..., None] * wall
        there = (
            (cells[..., 0] < 0.45) & (fu < 0.16 + 0.2 * cells[..., 1]) & (fv < 0.15 + 0.25 * cells[..., 2])
        )
        art = grain.cell(u * 5, v * 5)
        result[there] = 0.3 * art[there] + 0.65 * grain.cell(u + 31, v + 17)[there]
        return result

    return texture


def court(colour: Floats, line: Floats, spacing: float) -> Texture:
    """A sports floor with lines."""

    def texture(x: Floats, y: Floats, grain: Grain) -> Floats:
        result: Floats = (1 + 0.035 * grain.smooth(x, y, 2.0) + 0.02 * grain.noise(x, y, 0.2))[
            ..., None
        ] * colour
        u, v = (x + np.float32(1.3)) / np.float32(spacing), (y + np.float32(0.8)) / np.float32(spacing * 1.4)
        result[_edge(u, 0.06 / spacing) | _edge(v, 0.04 / spacing)] = line
        return result

    return texture
