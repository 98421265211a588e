"""Sources: each turns a feed into SocialEvents and keeps its own cursor."""
