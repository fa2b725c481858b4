"""Rotations, meshes, cameras and the rasteriser."""
