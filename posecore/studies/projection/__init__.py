"""Components and UMAP of everybody."""
