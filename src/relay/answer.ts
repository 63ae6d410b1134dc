/** A call at work: which script answers it, and what its next turn is. */
