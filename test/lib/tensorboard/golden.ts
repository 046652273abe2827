/**
 * An event file that TensorBoard 2.21's own Python classes wrote: version; session start at step 300; at step 300 a row of
 * the HParams table (units 64, batchNorm true, optimizer adam; valAccuracy 0.87; failed); at step 0 an experiment (units
 * 32 to 512, optimizer adam or sgd, batchNorm false or true, batchSize 128; metrics valAccuracy and seconds). All at
 * 1700000000.25 s.
 */
export const GOLDEN = Buffer.from(
  'GAAAAAAAAACjf0siCQAAEED8VNlBGg1icmFpbi5FdmVudDoyM40v6RAAAAAAAAAAlfv+GAkAABBA/FTZQRCsAjoCCAFrO4jx' +
    'zwAAAAAAAABvH4d+CQAAEED8VNlBEKwCKsABCnEKHF9ocGFyYW1zXy9zZXNzaW9uX3N0YXJ0X2luZm9CBggBEgISAEpJCkcK' +
    'B2hwYXJhbXMSPBo6ChIKBXVuaXRzEgkRAAAAAAAAUEAKDwoJYmF0Y2hOb3JtEgIgAQoTCglvcHRpbWl6ZXISBhoEYWRhbQoS' +
    'Cgt2YWxBY2N1cmFjeRVSuF4/CjcKGl9ocGFyYW1zXy9zZXNzaW9uX2VuZF9pbmZvQgYIARICEgBKEQoPCgdocGFyYW1zEgQi' +
    'AggCmxLVitoAAAAAAAAAENd81AkAABBA/FTZQSrOAQrLAQoUX2hwYXJhbXNfL2V4cGVyaW1lbnRCBggBEgISAEqqAQqnAQoH' +
    'aHBhcmFtcxKbARKYASIfCgV1bml0cyADMhIJAAAAAAAAQEARAAAAAAAAgEA4ASIgCglvcHRpbWl6ZXIgASoPCgYaBGFkYW0K' +
    'BRoDc2dkOAEiGQoJYmF0Y2hOb3JtIAIqCAoCIAAKAiABOAEiGgoJYmF0Y2hTaXplIAMqCwoJEQAAAAAAAGBAKg8KDRILdmFs' +
    'QWNjdXJhY3kqCwoJEgdzZWNvbmRzcFx2ng==',
  'base64',
);
