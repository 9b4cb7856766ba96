namespace VmaTools.Cli.Files;

/// <summary>Of which contents a listing gives SHA-256.</summary>
internal enum DigestChoice
{
    None,

    /// <summary>Of all but those of enormous size, of which only the data is digested.</summary>
    Usual,

    All,
}
