"""Pictures drawn with Matplotlib: the heatmap as a PNG, and comparisons as a notebook shows them."""
