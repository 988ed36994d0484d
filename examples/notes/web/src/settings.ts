// settings.ts - what this page's server wrote into it.

export const kIssuer = meta('notes-issuer'); // where Signet is
export const kPeer = meta('notes-peer'); // another instance of this server; empty: none

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
}
