/** A language, or a romanisation, by what it writes. */
interface Language {
  /** Its letters beyond ASCII. */
  readonly letters: ReadonlySet<string>;
  /** Its little words of ASCII letters. */
  readonly words: ReadonlySet<string>;
}

/**
 * Read in the wrong Latin charset a text has letters of several languages at once: Czech as windows-1252
 * has `ø` beside `ý`, and its little words are Czech all the same.
 */
const LANGUAGES: readonly Language[] = [
  language('éèêëàâçîïôùûüœæñ', 'de la le les et des du un une en dans par pour au aux sur'), // French
  language('äöüßéà', 'der die das und von des zur im ein eine den mit für aus'), // German
  language('áéíóúñüç', 'de la el los las del y en un una por con para'), // Spanish, Catalan
  language('ãõáâàçéêíóôúü', 'de do da dos das em um uma por para com na no'), // Portuguese
  language('àèéìòùïç', 'di il la del della dei delle nel per con gli un una'), // Italian
  language('åäöæøéüðþáíóúý', 'och av en ett om för med og af til det den på ja'), // Nordic
  language('ëïéèöüê', 'de het een van en in voor op met der'), // Dutch
  language('áčďéěíňóřšťúůýžäöü', 'se na ve pro od do za při jako jeho'), // Czech
  language('áäčďéíĺľňóôŕšťúýžöü', 'sa na vo pre od do za pri ako jeho ich je'), // Slovak
  language('ąćęłńóśźżüö', 'się na do nie ze od po przez dla jest oraz pod'), // Polish
  language('áéíóöőúüű', 'az és egy nem hogy meg ez is'), // Hungarian
  language('ăâîșşțţ', 'de la si din cu pe un prin pentru'), // Romanian
  language('čćđšž', 'je na se za od iz po kao ali pri'), // Croatian, Slovene
  language('āčēģīķļņšūž', 'un no ar par uz kas pie'), // Latvian
  language('ąčęėįšųūžõäöü', 'ir apie su iki po ja on'), // Lithuanian, Estonian
  language('çğıöşüâîû', 've bir bu ile da de için'), // Turkish
  language('āēīōūṭḍṇṅñṣśḥḳẓṛṃêôûĭéúíóĕăʹʺ', 'no wa ni al wa-al min fi ke ka ki ha-le ve'), // Romanised Asian and Slavic languages
  language(
    'àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ',
    'va cua cho trong nam',
  ), // Vietnamese
];

/** What a language without any of its little words in the text counts for. */
const WITHOUT_WORDS = 0.8;
/** Text looked through for little words. */
const WORDS_LENGTH = 2000;

function language(letters: string, words: string): Language {
  return { letters: new Set(letters), words: new Set(words.split(' ')) };
}

/**
 * The largest part of those letters (lower case, with how often each stands) that one language has, less
 * where the text has none of its little words.
 */
export function sharedByOneLanguage(text: string, letters: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of letters.values()) total += count;
  if (total === 0) return 1;
  const words = new Set(
    text
      .slice(0, WORDS_LENGTH)
      .toLowerCase()
      .match(/(?<![^ ])[a-z]{2,5}(?![^ ])/g),
  );
  let best = 0;
  for (const one of LANGUAGES) {
    let covered = 0;
    for (const [letter, count] of letters) if (one.letters.has(letter)) covered += count;
    if (covered <= best) continue;
    best = Math.max(best, one.words.isDisjointFrom(words) ? covered * WITHOUT_WORDS : covered);
  }
  return best / total;
}
