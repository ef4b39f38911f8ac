"""Pages of quizzes: for who answers, and for who approves questions."""
