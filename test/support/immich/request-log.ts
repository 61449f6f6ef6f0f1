/** One request as it came in; `status` is set when it was answered. */
export type LoggedRequest = {
  method: string;
  /** Route pattern below /api, for example '/assets/:id/thumbnail'; '*' when there is no such route. */
  route: string;
  /** Path and query as sent. */
  url: string;
  body: unknown;
  status: number | undefined;
  /** Name of the user whose key came with it, once that was looked at. */
  user?: string;
};

/** What clients asked for since the start or the last reset. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  /** Notes a request and gives back its entry, to be completed. */
  add(entry: LoggedRequest): LoggedRequest {
    this.#entries.push(entry);
    return entry;
  }

  /** All entries, oldest first; narrowed to one 'METHOD /route' when given. */
  all(methodAndRoute?: string): readonly LoggedRequest[] {
    if (methodAndRoute === undefined) return this.#entries;
    return this.#entries.filter(({ method, route }) => `${method} ${route}` === methodAndRoute);
  }

  /** How often 'METHOD /route' was asked for; everything when not given. */
  count(methodAndRoute?: string): number {
    return this.all(methodAndRoute).length;
  }

  /** 'METHOD /route' -> how often. */
  tally(): Record<string, number> {
    const tally: Record<string, number> = {};
    for (const { method, route } of this.#entries)
      tally[`${method} ${route}`] = (tally[`${method} ${route}`] ?? 0) + 1;
    return tally;
  }

  /** Forgets all. */
  reset(): void {
    this.#entries = [];
  }
}
