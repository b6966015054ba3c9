"""Why actors choose as they do in one draw, and what would flip each choice."""
