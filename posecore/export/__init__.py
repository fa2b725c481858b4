"""Networks as files for other engines: an ONNX graph, its answers held against PyTorch's, and a smaller one.

Needs the packages of the extra `phone`. Pictures are (N, 256, 256, 3) uint8 RGB, heatmaps (N, K, 64, 64).
"""
