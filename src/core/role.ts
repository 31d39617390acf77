/** What a process of the controller may be doing. */
export const roles = ['starting', 'standby', 'loading', 'leading', 'stopping'] as const;

/** `standby` while another one leads, `loading` the caches before it leads itself. */
export type Role = (typeof roles)[number];
