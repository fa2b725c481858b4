"""Rendered people: articulated bodies in a lit scene, with annotations that are true by construction.

No browser and no network here: numpy makes the meshes and the light, OpenCV the filters. World coordinates
are metres: x to the picture's right, y up from the ground, z towards the camera.
"""
