/** What a selector found. */
export interface Found<T> {
  /** True where the place exists, even when nothing is in it. */
  readonly there: boolean;
  readonly values: readonly T[];
}

/** An answer that selectors can look into, whatever it is written in. `Place` is a record within it. */
export interface Page<Place> {
  readonly root: Place;
  /** The places a selector names, below another place. */
  places(within: Place, select: string): Found<Place>;
  /** The texts a selector names, below another place, as they stand there. */
  texts(within: Place, select: string): Found<string>;
  /** A place as it arrived, for the record's evidence. */
  source(place: Place): string;
}
