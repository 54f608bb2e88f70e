"""The figure, the session that answers the browser, the anywidget, and exports."""
