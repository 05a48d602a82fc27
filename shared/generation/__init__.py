"""What the two generators have in common: from a resume and a prompt to an answer that was checked."""
