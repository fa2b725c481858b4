"""What takes long and is stored beside a bundle: a study runs, its results are read, a summary tells them."""
