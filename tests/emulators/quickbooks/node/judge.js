// What the two libraries make of the sandbox, as one line of JSON. The address of the sandbox, the address to which the
// browser came back, and the app's credentials come as JSON in the first argument.
"use strict";

const OAuthClient = require("intuit-oauth");
const QuickBooks = require("node-quickbooks");

const { address, cameBack, redirectUri, clientId, clientSecret } = JSON.parse(process.argv[2]);

function asked(company, method, ...words) {
  return new Promise((resolve) => company[method](...words, (error, found) => resolve(error ? { error } : found)));
}

async function main() {
  const client = new OAuthClient({ clientId, clientSecret, environment: "sandbox", redirectUri });
  client.setAuthorizeURLs({
    authorizeEndpoint: `${address}/connect/oauth2`,
    tokenEndpoint: `${address}/oauth2/v1/tokens/bearer`,
    revokeEndpoint: `${address}/v2/oauth2/tokens/revoke`,
    userInfoEndpoint: `${address}/v1/openid_connect/userinfo`,
  });
  const told = { link: client.authorizeUri({ scope: [OAuthClient.scopes.Accounting], state: "the-state" }) };

  const first = (await client.createToken(cameBack)).getToken();
  told.realm = first.realmId;
  const kid = JSON.parse(Buffer.from(first.id_token.split(".")[0], "base64").toString()).kid;
  const keys = { url: `${address}/op/v1/jwks`, method: "GET", headers: { Accept: "application/json" } };
  told.audience = (await client.getKeyFromJWKsURI(first.id_token, kid, keys)).aud;
  told.user = (await client.getUserInfo()).json;
  const second = (await client.refresh()).getToken();
  told.stays = first.refresh_token === second.refresh_token;
  const profile = await client.makeApiCall({ url: `${address}/v3/company/${first.realmId}/companyinfo/1` });
  told.company = profile.json.CompanyInfo.CompanyName;

  QuickBooks.V3_ENDPOINT_BASE_URL = `${address}/v3/company/`;
  const words = [clientId, clientSecret, second.access_token, false, first.realmId, true, false, 75, "2.0"];
  const company = new QuickBooks(...words, second.refresh_token);
  told.profile = (await asked(company, "getCompanyInfo", "1")).CompanyName;
  const all = await asked(company, "findVendors", { fetchAll: true, limit: 1000 });
  told.vendors = all.QueryResponse.Vendor.length;
  const counted = await asked(company, "findVendors", { count: true });
  told.counted = counted.QueryResponse.totalCount;
  const wrong = (await asked(company, "findVendors", { Colour: "red" })).error;
  told.refused = wrong.response.data.Fault.Error[0].code;
  const since = new Date(Date.now() - 3600 * 1000);
  told.changes = (await asked(company, "changeDataCapture", ["Vendor"], since)).CDCResponse;
  const batched = await asked(company, "batch", [{ bId: "a", Query: "select count(*) from Account" }]);
  told.batched = batched.BatchItemResponse[0].QueryResponse.totalCount;

  told.revoked = (await client.revoke({ refresh_token: second.refresh_token })).response.status;
  try {
    await client.refreshUsingToken(second.refresh_token);
    told.after = "refreshed";
  } catch (error) {
    told.after = error.error;
  }
  console.log(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
