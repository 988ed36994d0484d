// page.ts - what the server filled into this page, and the hand that takes it over.
import { createSession, type Session } from '@signet/browser';
import { hydrate, type Component } from 'svelte';
import { kAccount, safeReturn } from './return_to.ts';

// The same names at build time, when they are still {{placeholders}}, and in the
// browser. (web/README.md says who fills in what.)
export interface PageProps {
  brand: string;
  returnTo: string; // where to go after signing in; empty: the account
  returnQuery: string; // the same, for links between the pages
  signup: string; // 'open' | 'closed'
  passwordMin: string; // characters
  email: string;
  name: string;
  error: string;
  session?: Session; // absent while rendering to HTML
  mayBeSignedIn?: boolean;
}

export const kPlaceholders: PageProps = {
  brand: '{{brand_name}}',
  returnTo: '{{return_to}}',
  returnQuery: '{{return_query}}',
  signup: '{{signup}}',
  passwordMin: '{{password_min}}',
  email: '{{email}}',
  name: '{{name}}',
  error: '{{error}}',
};

// Takes over the rendered page. What was typed before the scripts came is kept.
export function takeOver(page: Component<PageProps>): void {
  const returnTo = safeReturn(new URLSearchParams(location.search).get('return_to') ?? field('return_to'), returnOrigins(), location.origin);
  hydrate(page, {
    target: document.getElementById('page')!,
    props: {
      brand: meta('signet-brand'),
      returnTo,
      returnQuery: returnTo && `?return_to=${encodeURIComponent(returnTo)}`,
      signup: meta('signet-signup'),
      passwordMin: meta('signet-password-min'),
      email: field('email'),
      name: field('name'),
      error: document.getElementById('password-error')?.textContent?.trim() ?? '',
      session: createSession(),
      mayBeSignedIn: meta('signet-session-hint') !== 'no',
    },
  });
}

// Leaves for where the person wanted to go. The sign-in page is not kept in the
// history: the Back button leads to where they came from.
export function goOn(returnTo: string): void {
  location.replace(returnTo || kAccount);
}

function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
}

function field(name: string): string {
  return document.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? '';
}

function returnOrigins(): string[] {
  const origins: unknown = JSON.parse(meta('signet-return-origins') || '[]');
  return Array.isArray(origins) ? origins.filter((origin) => typeof origin === 'string') : [];
}
