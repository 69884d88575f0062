/** One request to the API server, as HTTP brings it. */
export interface ApiRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** The `Accept` header. */
  readonly accept: string;
  readonly contentType: string;
  readonly body: string;
}

export type ApiResponse =
  | { readonly kind: "json"; readonly code: number; readonly body: unknown }
  | { readonly kind: "bytes"; readonly contentType: string; readonly body: Uint8Array }
  /** One JSON value a line, until the client has enough. */
  | { readonly kind: "stream"; readonly start: (send: (event: unknown) => void) => Promise<Stop> };

/** Ends a stream. */
export type Stop = () => Promise<void>;

export function json(body: unknown, code = 200): ApiResponse {
  return { kind: "json", code, body };
}
