"""The report of a change: is ``dvc.lock`` true, did the audit find a leak, did a headline number fall, and what else is different."""
