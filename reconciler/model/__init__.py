"""The nouns everyone shares: addresses, states, plans, reports. Frozen values without behaviour of their own."""
