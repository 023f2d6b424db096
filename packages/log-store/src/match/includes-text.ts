// Whether a text holds another one, in time that grows with both alone.

/** Up to so many characters the engine's own search, which looks back no further, takes no more than a few hundred looks a character. */
const NATIVE_PART_MAX = 250;

/** Gives the search for a part; a longer one goes by Knuth, Morris and Pratt: the engine's own took 0.7 s for 256 KiB of repeats. */
export function textSearch(part: string): (text: string) => boolean {
  if (part.length <= NATIVE_PART_MAX) return (text) => text.includes(part);
  const borders = bordersOf(part);
  return (text) => {
    let matched = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      while (matched > 0 && part.charCodeAt(matched) !== unit) matched = borders[matched - 1] ?? 0;
      if (part.charCodeAt(matched) === unit) matched += 1;
      if (matched === part.length) return true;
    }
    return false;
  };
}

/** Of each beginning of the part, how much of it at its end is the part's beginning again. */
function bordersOf(part: string): Uint16Array {
  const borders = new Uint16Array(part.length);
  let border = 0;
  for (let at = 1; at < part.length; at++) {
    const unit = part.charCodeAt(at);
    while (border > 0 && part.charCodeAt(border) !== unit) border = borders[border - 1] ?? 0;
    if (part.charCodeAt(border) === unit) border += 1;
    borders[at] = border;
  }
  return borders;
}
