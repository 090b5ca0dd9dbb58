"""What is served over HTTP: health, metrics, the webhook."""
