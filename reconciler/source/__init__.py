"""Where manifests come from: a file, a folder or a stream. Reads bytes under limits; understands none of them."""
