/** What a kubeconfig says of a cluster, as far as it is used. */
export type Cluster = Readonly<{
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
}>;

/** What a kubeconfig says of a user, as far as it is used. */
export type User = Readonly<{
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  as?: string;
  exec?: Readonly<Record<string, unknown>>;
  'auth-provider'?: Readonly<Record<string, unknown>>;
}>;
