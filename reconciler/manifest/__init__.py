"""Manifests: YAML with positions in, canonical desired state and diagnostics out. No file and no Azure in here."""
