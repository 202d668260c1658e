/**
 * Texts as every bank of SEPA must take them: Latin letters, digits and `/ - ? : ( ) . , ' +` and blanks. Other letters
 * become those that a reader of the language would write, others a full stop.
 * Source: EPC217-08 "SEPA requirements for an extended character set", and for umlauts what German banks print.
 */
export function toSepaText(text: string): string {
  return [...text].map(toBasic).join('').replace(/ +/g, ' ').trim();
}

/** Whether anything is left to read: a name in letters that nobody can turn would be full stops. */
export function isReadable(sepaText: string): boolean {
  return /[A-Za-z0-9]/.test(sepaText);
}

const BASIC = /^[A-Za-z0-9/?:().,'+ -]$/;

function toBasic(letter: string): string {
  if (BASIC.test(letter)) return letter;
  if (/\s/.test(letter)) return ' ';
  const lower = letter.toLowerCase();
  const turned = LETTERS.get(lower);
  if (turned !== undefined) return lower === letter ? turned : turned.charAt(0).toUpperCase() + turned.slice(1);
  // An accent stands behind its letter after decomposition: é is e and an acute.
  const [base = ''] = letter.normalize('NFD');
  if (base !== letter) return toBasic(base);
  return '.';
}

/** Pairs, with blanks between. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  `ä=ae ö=oe ü=ue ß=ss æ=ae œ=oe ø=o ł=l đ=d ð=d þ=th ı=i ħ=h ŋ=n
   &=+ _=- –=- —=- ‘=' ’=' “=' ”=' „=' «=' »=' \`=' ´=' €=EUR @=(at) ;=, [=( ]=) {=( }=) !=.
   α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
   а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=ts ч=ch ш=sh щ=sht
   ъ=a ь=y ю=yu я=ya ё=e ы=y э=e і=i ї=yi є=ye ґ=g`
    .split(/\s+/)
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
);
