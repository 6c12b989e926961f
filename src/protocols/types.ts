import type { Socket } from 'node:net';
import type { Phase, Trace } from '../members/types.ts';

export interface EgressLimits {
  /** Bytes after decompression that one answer may have. */
  readonly maxDecodedBytes: number;
  /** Decoded bytes per wire byte once 64 KiB were decoded. */
  readonly maxRatio: number;
  /** Bytes a second, averaged over 2 s after the first byte, below which an answer is given up. */
  readonly minBytesPerSecond: number;
  /** Longest wait for a connection, TLS included. */
  readonly connectTimeoutMs: number;
}

export interface EgressCall {
  readonly signal: AbortSignal;
  /** Absolute, in the clock of `performance.now()`. */
  readonly deadline: number;
  readonly trace?: Trace;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Connections kept to this origin. */
  readonly connections: number;
  /** Phase of the trace while the answer is awaited; `search` by default. */
  readonly phase?: Phase;
  /** May be sent again when a kept connection turns out to be dead; true for GET by default. */
  readonly repeatable?: boolean;
  /** Redirects followed (at most 2), all to the same scheme, host and port; 0 by default. */
  readonly redirects?: number;
  /** CIDR ranges that every address of the host has to lie in; anywhere the egress may go by default. */
  readonly within?: readonly string[];
}

export interface HttpAnswer {
  readonly status: number;
  /** The URL that gave this answer, after redirects. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decoded bytes in arrival order; throws EgressError when a cap, the deadline or the socket ends it. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives an answer up whose body is not wanted. Reading the body to its end does the same. */
  discard(): void;
}

export interface EgressTarget extends Pick<HttpRequest, 'within'> {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * The only way out of the process for connectors, mail, webhooks and login providers: resolves a name
 * once, checks every address, connects to the checked one.
 */
export interface Egress {
  connect(target: EgressTarget, call: EgressCall): Promise<Socket>;
  /**
   * TLS over a connection that `connect` made in the clear, for protocols that agree on it midway (STARTTLS,
   * RFC 3207). `host` is the name the certificate has to prove. The plain socket is not to be used any more;
   * bytes that came before the handshake refuse it, since anybody on the way may have put them there.
   */
  upgrade(socket: Socket, host: string, call: EgressCall): Promise<Socket>;
  request(request: HttpRequest, call: EgressCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The egress itself, which also says where it would connect to. */
export interface ResolvingEgress extends Egress {
  /** The addresses of a host that may be connected to, after the same checks as before a connection. */
  resolve(host: string, port: number, call: EgressCall): Promise<readonly string[]>;
}

/** What a protocol needs beside the library document. */
export interface ConnectorDependencies {
  readonly egress: Egress;
  /** A secret by the name of its environment variable, or undefined when unset. */
  readonly secret: (name: string) => string | undefined;
}
