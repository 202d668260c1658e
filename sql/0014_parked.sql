-- The figures of `/metrics` count parked intents every few seconds, however long the history is.
create index charge_intent_parked on storno.charge_intent (account_id) where state = 'parked';
