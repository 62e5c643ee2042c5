// The shapes of what the server tells.

/** How many members are asked for at a time. */
export const LIMIT = 200;

/** What the list of share links is followed as. */
export const SHARES = ".shares";

export interface Member {
  readonly name: string;
  readonly kind: "array" | "group" | "unavailable" | "unknown";
  /** What people call it, where there is a word for it. */
  readonly called?: string;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly dimension_names?: readonly (string | null)[] | null;
  readonly nbytes?: number | null;
  readonly message?: string;
}

export interface Described extends Omit<Member, "name"> {
  readonly path: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly previews?: Readonly<Record<string, unknown>>;
  readonly members?: { readonly total: number; readonly items: readonly Member[] };
  /** Of a kernel: whether all its variables are served. */
  readonly is_all?: boolean;
}

/** What is told of the values of an array. */
export interface Stats {
  readonly min: number | null;
  readonly max: number | null;
  readonly is_sampled: boolean;
  /** The least and the greatest time, of times. */
  readonly text?: readonly string[];
}

export interface Snippet {
  readonly title: string;
  readonly code: string;
}

export interface Link {
  readonly id: string;
  readonly path: string;
  readonly note: string;
  readonly state: string;
  readonly expires: string | null;
  readonly last_used: string | null;
  readonly uses: number;
  /** The origins whose pages may read it. */
  readonly origins: readonly string[];
}

/** What a person wants of a link. */
export interface Wish {
  readonly expires: string;
  readonly note: string;
  /** As a person writes them; none for those that the server takes by itself. */
  readonly origins: readonly string[];
}

export interface Made extends Link {
  /** The address of the link, as far as the server knows its host. */
  readonly url: string;
  /** The same without a host. */
  readonly link: string;
}
