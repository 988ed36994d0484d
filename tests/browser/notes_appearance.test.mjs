// What people see of the notes site: every state (looks.mjs).
import { after, before, test } from 'node:test';
import { addUser } from '../api/harness.mjs';
import { fitsAt200Percent, lookAt } from './looks.mjs';
import { Person, ann, signIn, startSite } from './site.mjs';

const admin = { email: 'root@example.com', password: ann.password, name: 'Root', roles: ['admin'] };
const long = { email: 'a.very.long.address.that.does.not.end.soon@subdomain.example.com', password: ann.password,
  name: 'Maximiliane Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh van der Hoogeveen', roles: ['viewer', 'editor-of-everything'] };

let site, person;
before(async () => {
  site = await startSite();
  await addUser(site.signet, { ...ann, roles: ['viewer'] });
  await addUser(site.signet, admin);
  await addUser(site.signet, long);
  person = await Person.arrive({ bypassCSP: true });  // for axe alone; another test runs under the policy
});
after(async () => {
  await person?.leave();
  await site?.stop();
});

const open = () => person.open(site.notes[0]);

async function signedIn(who = ann) {
  const page = await open();
  await signIn(page, who);
  await page.getByRole('heading', { name: 'Your notes' }).waitFor();
  await page.getByText('✓ genuine').waitFor();
  return page;
}

async function view(name, who) {
  const page = await signedIn(who);
  await page.getByRole('link', { name }).click();
  return page;
}

const states = {
  'notes-sign-in': async () => {
    const page = await open();
    await page.getByText('Nobody was signed in').waitFor();
    return page;
  },
  'notes-wrong': async () => {
    const page = await open();
    await signIn(page, { email: ann.email, password: 'not the right one' });
    await page.getByText('That e-mail and password don’t match.').waitFor();
    return page;
  },
  'notes-busy': async () => {
    const page = await open();
    await page.route('**/api/v1/login', (route) => route.fulfill({ status: 503, contentType: 'application/json',
      headers: { 'retry-after': '60', 'access-control-allow-origin': site.notes[0], 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'Retry-After' },
      body: '{"error":"busy","error_description":"Busy."}' }));
    await signIn(page);
    await page.getByText('The server is busy. Trying again…').waitFor();
    return page;
  },
  'notes-empty': async () => {
    const page = await signedIn();
    await page.getByText('No notes yet').waitFor();
    return page;
  },
  'notes-filled': async () => {
    const page = await signedIn(admin);
    for (const text of ['Buy milk', 'اشترِ الحليب', `A long one. ${'It goes on. '.repeat(20)}`, 'https://example.com/an-address-without-any-place-to-break-it-in-two/'.repeat(2)]) {
      await page.getByLabel('A new note').fill(text);
      await page.getByRole('button', { name: 'Keep note' }).click();
      await page.getByRole('listitem').getByText(text.slice(0, 30)).first().waitFor();
    }
    return page;
  },
  'notes-unreachable': async () => {
    const page = await person.context.newPage();
    await page.route('**/api/v1/refresh', (route) => route.abort());
    await page.goto(site.notes[0]);
    await page.getByRole('heading', { name: 'Signet can’t be reached' }).waitFor();
    return page;
  },
  'notes-profile': async () => {
    const page = await view('Profile');
    await page.getByText('It has no list of users.').waitFor();
    return page;
  },
  'notes-dashboard-forbidden': async () => {
    const page = await view('Dashboard');
    await page.getByText('This page is for people with the role').waitFor();
    return page;
  },
  'notes-dashboard-admin': async () => {
    const page = await view('Dashboard', admin);
    await page.getByText('in all').waitFor();
    return page;
  },
  'notes-long-name': async () => {
    const page = await view('Profile', long);
    await page.getByText('It has no list of users.').waitFor();
    return page;
  },
};

lookAt(states, () => person);

test('at 200 % zoom nothing is cut off', async () => {
  for (const arrive of [states['notes-sign-in'], states['notes-long-name']]) {
    await person.context.clearCookies();
    const page = await arrive();
    await fitsAt200Percent(page);
    await page.close();
  }
});
