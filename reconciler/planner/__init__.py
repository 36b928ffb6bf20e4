"""From desired and live state to a plan. Pure: same inputs, byte-identical plan; no clock, no network, no store."""
