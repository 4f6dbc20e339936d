"""A recipe's run: its parameters and its folder.

The files are imported one by one: reading a command line must not wait for Keras.
"""
