// prerender.ts - the pages as HTML, with the server's placeholders still in them. Runs at build time.
import type { Component } from 'svelte';
import { render } from 'svelte/server';
import Account from './Account.svelte';
import Login from './Login.svelte';
import { kPlaceholders, type PageProps } from './page.ts';
import Signup from './Signup.svelte';

export const pages: { name: string; title: string; html: string }[] = [
  { name: 'login', title: 'Sign in', html: html(Login) },
  { name: 'signup', title: 'Create an account', html: html(Signup) },
  { name: 'account', title: 'Your account', html: html(Account) },
];

function html(page: Component<PageProps>): string {
  return render(page, { props: kPlaceholders }).body;
}
