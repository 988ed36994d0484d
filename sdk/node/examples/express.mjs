import express from 'express';
import * as signet from '@signet/node';

const verifier = await signet.createVerifier({
  issuer: process.env.SIGNET_ISSUER, // https://id.example.com
  audience: process.env.SIGNET_ISSUER,
  credential: process.env.SIGNET_CREDENTIAL, // what `signet verifier add NAME` printed
  onState: ({ state, problem }) => console.error(`signet: ${state} ${problem}`),
});

const app = express();
app.get('/notes', signet.express(verifier), (req, res) => {
  res.json({ owner: req.principal.userId, notes: [] });
});
app.delete('/notes', signet.express(verifier, { roles: ['admin'], whenStale: 'fail_closed' }), (req, res) => {
  res.sendStatus(204);
});
app.get('/metrics', (req, res) => res.type('text/plain').send(verifier.metrics()));

const server = app.listen(process.env.PORT ?? 3000, () => console.log(server.address().port));
