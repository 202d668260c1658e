/**
 * What an attribute is about, told by the words of its name: English, Italian, German, in the spellings of
 * exports.
 */
export const ROLES = [
  'delivery_count',
  'session',
  'worker',
  'run',
  'slot',
  'file',
  'message',
  'actor',
  'version',
  'source',
  'environment',
  'zone',
  'note',
  'latency',
  'instrument',
  'completion',
] as const;
export type Role = (typeof ROLES)[number];

/**
 * A role is recognised by one of its words, or by two words that stand side by side. The first role that fits
 * counts.
 */
const WORDS: readonly (readonly [Role, RegExp])[] = [
  [
    'delivery_count',
    /\b(delivery|deliveries|receive|redelivery|receipt|retry|attempt|try) (count|number|no|num|nr|seq|index)\b|\b(attempts?|retries|retry|deliveries|redelivered|redeliveries|receives|tentativ[oi]|versuche?|zustellungen|consegne|tries)\b/,
  ],
  [
    'latency',
    /\b(latency|response|elapsed|took|dauer|durata|antwortzeit|laufzeit|runtime|rtt|tempo)\b|\b(duration|processing|proc|wait) (ms|s|sec|seconds|millis|time)\b|^duration$|\bms$/,
  ],
  [
    'completion',
    /\b(completed|completion|finished|settled|confirmed|succeeded|captured|expired|expires|expiry|abgelaufen|scaduto|scadenza|updated) ?(at|on|time|ts)?\b/,
  ],
  [
    'slot',
    /\b(slot|scheduled|schedule|due|period|billing period|planned|faellig|geplant|pianificato|periodo|zeitraum|tick)\b/,
  ],
  [
    'session',
    /\b(sess|session|sessionid|sitzung|sessione|device|deviceid|geraet|gerat|dispositivo|installation|install|udid|imei|handset|smartphone|browser|cookie|checkout|cart|basket|warenkorb|carrello|order|client)\b/,
  ],
  [
    'message',
    /\b(message|msg|messageid|event|eventid|delivery|deliveryid|nachricht|messaggio|evento|ereignis|correlation|webhook|envelope|receipt)\b/,
  ],
  [
    'file',
    /\b(batch|batchid|file|filename|datei|dateiname|lotto|lot|stapel|sequence|seq|hash|checksum|sha|sha256|md5|digest|record no|flusso|distinta|sammler)\b/,
  ],
  [
    'run',
    /\b(run|runid|job|jobid|jobrun|cron|task|execution|lauf|laufnummer|abrechnungslauf|esecuzione|elaborazione|cycle|zyklus|pass|invocation)\b/,
  ],
  [
    'worker',
    /\b(worker|workerid|hostname|host|pod|instance|node|server|machine|container|replica|consumer|pid|process|thread|rechner|maschine|knoten|macchina|lavoratore|nodo|shard|executor|runner|daemon)\b/,
  ],
  [
    'environment',
    /\b(env|environment|umgebung|ambiente|livemode|live|mode|credential|credentials|api key|apikey|stage|sandbox|tenant|deployment)\b/,
  ],
  [
    'actor',
    /\b(actor|user|username|operator|created by|createdby|initiated by|initiator|triggered by|agent|clerk|staff|employee|benutzer|utente|operatore|bearbeiter|sachbearbeiter|principal|author|erstellt von|creato da|submitted by|by)\b/,
  ],
  ['version', /\b(version|release|deploy|build|app version|commit|revision|versione)\b/],
  ['zone', /\b(tz|timezone|time zone|zone|offset|utc|utcoffset|zeitzone|fuso|dst)\b/],
  [
    'note',
    /\b(note|notes|comment|comments|reason|memo|remark|bemerkung|kommentar|nota|commento|motivo|causale|grund|anmerkung)\b/,
  ],
  [
    'source',
    /\b(source|system|origin|descriptor|merchant|mid|quelle|herkunft|sorgente|origine|sistema|platform|engine|channel|kanal|canale|acquirer|gateway|merchantaccount|haendlerkonto|esercente|processor)\b/,
  ],
  [
    'instrument',
    /\b(card|pan|instrument|method|wallet|iban|karte|carta|fingerprint|last4|token|mandate|zahlungsmittel|zahlungsart|metodo|transponder|plate|tag|kennzeichen|targa)\b/,
  ],
];

/** The role by the attribute's name; null where its words say nothing, then only its behaviour can speak. */
export function roleOf(name: string): Role | null {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return WORDS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** Who or what acts by itself; everything else in an actor's column is a person. */
const MACHINES =
  /system|auto|cron|job|batch|api|service|schedul|worker|root|webhook|bot\b|^ci$|pipeline|deploy|script|daemon|process|engine|billing|queue|app\b|backend|svc|null|none|^-?$|^\d{0,3}$|customer|kunde|cliente|self/i;

export function isPerson(actor: string): boolean {
  return (
    actor !== '' && (!MACHINES.test(actor) || /@/.test(actor)) && !/^(noreply|no-reply|system|root|cron)@/i.test(actor)
  );
}

/** Values by which an environment, credential or host says that it is not the live one. */
export function isTestWord(value: string): boolean {
  return /(^|[^a-z])(test|testing|tst|staging|stage|stg|sandbox|dev|develop|development|qa|uat|preprod|pre-prod|nonprod|non-prod|integration|abnahme|collaudo|prova|ci|demo)([^a-z]|$)|sk_test|pk_test|^(false|0|f|no)$/i.test(
    value,
  );
}

/**
 * A length of time as milliseconds from text and the unit in the attribute's name (`…_s`, `seconds`: seconds; else
 * ms).
 */
export function lengthMsOf(text: string, name: string): number | null {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) return null;
  if (/(^|[^a-z])(min|mins|minutes|minuten|minuti)$/i.test(name)) return value * 60_000;
  return /(^|[^a-z])(s|sec|secs|seconds|sekunden|secondi)$/i.test(name) ? value * 1000 : value;
}
