"""Values to text, JSON and progress lines. Computes nothing; only here and in the command line is anything printed."""
