"""Every write to a case: one public function per verb, in one durable transaction each."""
