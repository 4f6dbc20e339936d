"""How does a trained network answer at once?"""
