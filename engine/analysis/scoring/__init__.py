"""How good forecasts were, once it is known what happened."""
