"""The screens of the register, in Kivy."""
