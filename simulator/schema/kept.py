"""What the reduced schema keeps beyond the product's own documents: roots, types and fields the resolvers model."""

from collections.abc import Mapping

QUERIES = """
    shop currentAppInstallation app locations location locationsCount products product productByIdentifier
    productByHandle productsCount productVariants productVariant productVariantsCount inventoryItems
    inventoryItem inventoryLevel orders order orderByIdentifier ordersCount node nodes draftOrders draftOrder
    draftOrdersCount paymentTermsTemplates fulfillmentOrders fulfillmentOrder fulfillment refund
    webhookSubscriptions webhookSubscription webhookSubscriptionsCount publications publication
    metafieldDefinitions productOperation
"""

MUTATIONS = """
    locationAdd productSet productUpdate productDelete productVariantsBulkUpdate productVariantsBulkDelete
    metafieldDefinitionCreate metafieldsSet metafieldsDelete inventorySetQuantities inventoryAdjustQuantities
    inventoryActivate inventoryItemUpdate draftOrderCreate draftOrderUpdate draftOrderComplete draftOrderDelete
    draftOrderInvoiceSend fulfillmentCreate fulfillmentTrackingInfoUpdate fulfillmentCancel fulfillmentOrderHold
    fulfillmentOrderReleaseHold tagsAdd tagsRemove webhookSubscriptionCreate webhookSubscriptionUpdate
    webhookSubscriptionDelete publishablePublish publishableUnpublish appUninstall
"""

OUTPUTS: Mapping[str, str] = {
    "Shop": """
        id name email contactEmail myshopifyDomain primaryDomain url currencyCode enabledPresentmentCurrencies
        ianaTimezone timezoneAbbreviation timezoneOffset timezoneOffsetMinutes weightUnit unitSystem plan
        shopAddress shopOwnerName createdAt updatedAt taxesIncluded setupRequired metafield metafields
    """,
    "ShopPlan": "displayName publicDisplayName partnerDevelopment shopifyPlus",
    "ShopAddress": """
        id address1 address2 city company country countryCodeV2 formatted phone province provinceCode zip
    """,
    "Domain": "id host sslEnabled url",
    "AppInstallation": "id accessScopes app activeSubscriptions launchUrl uninstallUrl metafield metafields",
    "AppSubscription": "id name status",
    "App": "id apiKey title handle embedded requestedAccessScopes optionalAccessScopes",
    "AccessScope": "handle description",
    "Location": """
        id legacyResourceId name isActive isPrimary fulfillsOnlineOrders shipsInventory isFulfillmentService
        hasActiveInventory address createdAt updatedAt inventoryLevel inventoryLevels
    """,
    "LocationAddress": "address1 address2 city country countryCode formatted phone province provinceCode zip",
    "Count": "count precision",
    "MoneyBag": "shopMoney presentmentMoney",
    "MoneyV2": "amount currencyCode",
    "Attribute": "key value",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
    "Product": """
        id legacyResourceId title handle status vendor productType tags description descriptionHtml createdAt
        updatedAt publishedAt totalInventory tracksInventory hasOnlyDefaultVariant hasOutOfStockVariants
        isGiftCard requiresSellingPlan onlineStoreUrl onlineStorePreviewUrl templateSuffix priceRangeV2 options
        variants variantsCount media mediaCount images featuredMedia featuredImage metafield metafields
        resourcePublicationsV2 resourcePublicationsCount publishedOnPublication
    """,
    "ProductPriceRangeV2": "minVariantPrice maxVariantPrice",
    "ProductOption": "id name position values optionValues",
    "ProductOptionValue": "id name hasVariants",
    "MediaImage": "id alt mediaContentType status image preview createdAt updatedAt",
    "MediaPreviewImage": "image status",
    "Image": "id url altText src originalSrc width height",
    "ResourcePublicationV2": "isPublished publication publishDate",
    "Publication": "id name autoPublish supportsFuturePublishing",
    "ProductVariant": """
        id legacyResourceId title displayName sku barcode price compareAtPrice position inventoryPolicy
        inventoryQuantity sellableOnlineQuantity availableForSale taxable requiresComponents selectedOptions
        product inventoryItem image media createdAt updatedAt metafield metafields
    """,
    "SelectedOption": "name value",
    "ProductSetOperation": "id product status userErrors",
    "InventoryItem": """
        id legacyResourceId sku tracked requiresShipping measurement unitCost countryCodeOfOrigin
        harmonizedSystemCode createdAt updatedAt inventoryLevel inventoryLevels locationsCount variant variants
    """,
    "InventoryItemMeasurement": "id weight",
    "Weight": "unit value",
    "InventoryLevel": "id isActive item location quantities createdAt updatedAt",
    "InventoryQuantity": "id name quantity updatedAt",
    "InventoryAdjustmentGroup": "id createdAt reason referenceDocumentUri changes app",
    "InventoryChange": "name delta quantityAfterChange item location",
    "Order": """
        id legacyResourceId name number createdAt updatedAt processedAt cancelledAt cancelReason closed closedAt
        confirmed confirmationNumber test edited tags note poNumber customAttributes displayFinancialStatus
        displayFulfillmentStatus fullyPaid unpaid currencyCode presentmentCurrencyCode sourceName
        sourceIdentifier requiresShipping taxesIncluded email phone shippingAddress billingAddress customer
        customerLocale lineItems fulfillmentOrders fulfillments fulfillmentsCount transactions refunds
        agreements risk paymentTerms paymentGatewayNames subtotalLineItemsQuantity
        currentSubtotalLineItemsQuantity totalPriceSet currentTotalPriceSet subtotalPriceSet
        currentSubtotalPriceSet totalOutstandingSet totalReceivedSet totalRefundedSet totalTaxSet
        totalShippingPriceSet totalDiscountsSet originalTotalPriceSet disputes metafield metafields
    """,
    "OrderDisputeSummary": "id initiatedAs status",
    "OrderRiskSummary": "recommendation assessments",
    "OrderRiskAssessment": "riskLevel",
    "LineItem": """
        id title name sku quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity refundableQuantity
        fulfillableQuantity variant product variantTitle vendor requiresShipping taxable isGiftCard
        customAttributes originalUnitPriceSet discountedUnitPriceSet originalTotalSet discountedTotalSet
        totalDiscountSet image sellingPlan
    """,
    "LineItemSellingPlan": "name sellingPlanId",
    "MailingAddress": """
        id address1 address2 city company country countryCodeV2 firstName lastName name phone province
        provinceCode zip formatted
    """,
    "Customer": "id legacyResourceId displayName firstName lastName email phone tags note createdAt updatedAt",
    "OrderTransaction": "id kind status processedAt createdAt gateway test amountSet",
    "Refund": "id legacyResourceId createdAt updatedAt processedAt note order refundLineItems totalRefundedSet",
    "RefundLineItem": "id lineItem location quantity restockType restocked priceSet subtotalSet",
    "OrderAgreement": "id happenedAt reason sales order",
    "OrderEditAgreement": "id happenedAt reason sales",
    "RefundAgreement": "id happenedAt reason sales refund",
    "ProductSale": "id actionType lineType quantity lineItem totalAmount",
    "PaymentTerms": "id paymentTermsName paymentTermsType dueInDays due overdue translatedName paymentSchedules",
    "PaymentSchedule": "id dueAt issuedAt completedAt due",
    "PaymentTermsTemplate": "id name description paymentTermsType dueInDays translatedName",
    "FulfillmentOrder": """
        id status requestStatus order orderId orderName orderProcessedAt createdAt updatedAt fulfillAt fulfillBy
        assignedLocation supportedActions fulfillmentHolds lineItems fulfillments destination
    """,
    "FulfillmentOrderAssignedLocation": "name address1 address2 city countryCode phone province zip location",
    "FulfillmentOrderDestination": """
        id address1 address2 city company countryCode email firstName lastName phone province zip
    """,
    "FulfillmentOrderSupportedAction": "action",
    "FulfillmentHold": "id reason reasonNotes displayReason handle heldByRequestingApp heldByApp",
    "FulfillmentOrderLineItem": """
        id totalQuantity remainingQuantity lineItem sku productTitle variantTitle vendor variant inventoryItemId
        requiresShipping
    """,
    "Fulfillment": """
        id legacyResourceId name status displayStatus createdAt updatedAt deliveredAt totalQuantity trackingInfo
        fulfillmentLineItems fulfillmentOrders order location requiresShipping
    """,
    "FulfillmentTrackingInfo": "company number url",
    "FulfillmentLineItem": "id quantity lineItem",
    "DraftOrder": """
        id legacyResourceId name status ready createdAt updatedAt completedAt invoiceSentAt invoiceUrl order
        tags note2 poNumber customAttributes currencyCode presentmentCurrencyCode email phone customer
        shippingAddress billingAddress shippingLine lineItems paymentTerms taxExempt taxesIncluded
        reserveInventoryUntil visibleToCustomer acceptAutomaticDiscounts allowDiscountCodesInCheckout
        totalQuantityOfLineItems totalPriceSet subtotalPriceSet totalTaxSet totalShippingPriceSet
        totalDiscountsSet totalLineItemsPriceSet metafield metafields
    """,
    "DraftOrderLineItem": """
        id uuid title name variantTitle sku vendor quantity custom variant product requiresShipping taxable
        isGiftCard customAttributes originalUnitPriceSet originalUnitPriceWithCurrency discountedUnitPriceSet
        approximateDiscountedUnitPriceSet discountedTotalSet originalTotalSet priceOverride appliedDiscount
    """,
    "DraftOrderAppliedDiscount": "amountSet description title value valueType",
    "ShippingLine": "title originalPriceSet discountedPriceSet code source",
    "Metafield": """
        id legacyResourceId namespace key type value jsonValue compareDigest ownerType owner definition
        sizeInBytes createdAt updatedAt
    """,
    "MetafieldDefinition": "id namespace key name description type ownerType capabilities access pinnedPosition",
    "MetafieldDefinitionType": "name category",
    "MetafieldCapabilities": "uniqueValues",
    "MetafieldCapabilityUniqueValues": "enabled eligible",
    "MetafieldAccess": "admin storefront",
    "WebhookSubscription": """
        id legacyResourceId topic uri callbackUrl format filter includeFields metafieldNamespaces name
        apiVersion createdAt updatedAt
    """,
    "ApiVersion": "handle displayName supported",
}

# Interfaces and unions keep what their kept members have; these are the ones worth keeping.
ABSTRACTS = """
    Node Publishable HasMetafields SalesAgreement Sale Media ProductOperation PurchasingEntity DisplayableError
    LegacyInteroperability
"""

INPUTS: Mapping[str, str] = {
    "LocationAddInput": "name address fulfillsOnlineOrders",
    "LocationAddAddressInput": "*",
    "ProductIdentifierInput": "*",
    "ProductSetIdentifiers": "*",
    "ProductUpdateIdentifiers": "*",
    "OrderIdentifierInput": "*",
    "UniqueMetafieldValueInput": "*",
    "ProductSetInput": """
        id title handle descriptionHtml vendor productType status tags productOptions variants files metafields
        templateSuffix
    """,
    "OptionSetInput": "id name position values",
    "OptionValueSetInput": "id name",
    "ProductVariantSetInput": """
        id optionValues sku barcode price compareAtPrice inventoryPolicy inventoryItem inventoryQuantities
        metafields taxable position
    """,
    "VariantOptionValueInput": "id name optionId optionName",
    "ProductSetInventoryInput": "*",
    "FileSetInput": "id originalSource alt contentType filename duplicateResolutionMode",
    "InventoryItemInput": "sku tracked requiresShipping cost measurement countryCodeOfOrigin harmonizedSystemCode",
    "InventoryItemMeasurementInput": "weight",
    "WeightInput": "*",
    "MoneyInput": "*",
    "MetafieldInput": "*",
    "ProductUpdateInput": "id title handle descriptionHtml vendor productType status tags metafields templateSuffix",
    "ProductDeleteInput": "*",
    "ProductVariantsBulkInput": """
        id price compareAtPrice barcode inventoryPolicy taxable inventoryItem metafields inventoryQuantities
    """,
    "InventoryLevelInput": "*",
    "MetafieldDefinitionInput": "name namespace key type ownerType description capabilities access pin",
    "MetafieldCapabilityCreateInput": "uniqueValues",
    "MetafieldCapabilityUniqueValuesInput": "*",
    "MetafieldAccessInput": "admin storefront",
    "MetafieldsSetInput": "*",
    "MetafieldIdentifierInput": "*",
    "InventorySetQuantitiesInput": "*",
    "InventoryQuantityInput": "*",
    "InventoryAdjustQuantitiesInput": "*",
    "InventoryChangeInput": "*",
    "DraftOrderInput": """
        lineItems note tags customAttributes email phone shippingAddress billingAddress shippingLine poNumber
        paymentTerms purchasingEntity taxExempt reserveInventoryUntil visibleToCustomer metafields
        presentmentCurrencyCode sourceName acceptAutomaticDiscounts allowDiscountCodesInCheckout
    """,
    "DraftOrderLineItemInput": """
        variantId quantity priceOverride appliedDiscount customAttributes uuid title
        originalUnitPriceWithCurrency sku taxable requiresShipping weight
    """,
    "DraftOrderAppliedDiscountInput": "value valueType title description amountWithCurrency",
    "DraftOrderDeleteInput": "*",
    "EmailInput": "to subject customMessage",
    "AttributeInput": "*",
    "MailingAddressInput": """
        address1 address2 city company country countryCode firstName lastName phone province provinceCode zip
    """,
    "ShippingLineInput": "title priceWithCurrency",
    "PaymentTermsInput": "*",
    "PaymentScheduleInput": "*",
    "PurchasingEntityInput": "customerId",
    "FulfillmentInput": "lineItemsByFulfillmentOrder trackingInfo notifyCustomer",
    "FulfillmentOrderLineItemsInput": "*",
    "FulfillmentOrderLineItemInput": "*",
    "FulfillmentTrackingInput": "*",
    "FulfillmentOrderHoldInput": "reason reasonNotes handle externalId notifyMerchant",
    "WebhookSubscriptionInput": "uri callbackUrl filter format includeFields metafieldNamespaces name",
    "PublicationInput": "publicationId publishDate",
}

# Arguments nobody asks us for; leaving them out makes their use an error instead of a silent no.
DROPPED_ARGUMENTS = """
    capturable catalogType constraintStatus constraintSubtype context crop includeLegacy manuallyResolvable
    maxHeight maxWidth media message paymentGatewayId pinnedStatus savedSearchId scale sourceName transform
    validationStatus
"""

# Deprecated or useless arguments of one field only.
DROPPED_FIELD_ARGUMENTS = """
    Mutation.productUpdate.input QueryRoot.webhookSubscriptions.callbackUrl QueryRoot.webhookSubscriptions.format
    ShopAddress.formatted.withCompany
"""

# The schema does not say which mutations demand @idempotent (reference: changes of 2026-04).
IDEMPOTENT = """
    inventoryActivate inventoryAdjustQuantities inventoryMoveQuantities inventorySetOnHandQuantities
    inventorySetQuantities inventoryShipmentAddItems inventoryShipmentCreate inventoryShipmentCreateInTransit
    inventoryShipmentReceive inventoryTransferCreate inventoryTransferCreateAsReadyToShip
    inventoryTransferDuplicate inventoryTransferSetItems locationActivate locationDeactivate refundCreate
"""

# Scopes the metadata leaves out although the objects in question have one.
SCOPES_BY_HAND: Mapping[str, str] = {
    "Mutation.fulfillmentCancel": """
        write_assigned_fulfillment_orders write_merchant_managed_fulfillment_orders
        write_third_party_fulfillment_orders
    """,
    "PaymentTermsTemplate": "read_payment_terms write_payment_terms",
}
