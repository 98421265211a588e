"""Brand crises: found early, explained, and never mistaken for a mere spike."""
