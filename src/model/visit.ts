/** A request that a runtime makes of its own router in the name of a client at another address (`dyno curl`). */
export interface Visit {
  /** the client's address, IPv4 or IPv6 */
  from: string;
  /** absolute, http or https; its host names the app */
  url: string;
  method: string;
  headers: [name: string, value: string][];
  body?: string;
}

export interface VisitAnswer {
  /** `1.1` */
  version: string;
  status: number;
  reason: string;
  /** as they came, in order */
  headers: [name: string, value: string][];
  /** base64 */
  body: string;
  /** the body is longer than what is shown of it */
  truncated: boolean;
}
