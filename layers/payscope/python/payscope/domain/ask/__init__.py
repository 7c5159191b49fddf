"""The governed catalogue, plans over it, the language of questions, and answers."""
