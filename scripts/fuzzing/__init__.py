"""Files of models, spoilt in every way that we can think of, and what the zoo makes of them."""
