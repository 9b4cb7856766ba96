using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>The SIDs that are the same on every system, and their two letters in SDDL.</summary>
internal static class NtfsWellKnownSids
{
    private static readonly Dictionary<string, string> Letters = new()
    {
        ["S-1-1-0"] = "WD",
        ["S-1-3-0"] = "CO",
        ["S-1-3-1"] = "CG",
        ["S-1-3-4"] = "OW",
        ["S-1-5-2"] = "NU",
        ["S-1-5-4"] = "IU",
        ["S-1-5-6"] = "SU",
        ["S-1-5-7"] = "AN",
        ["S-1-5-9"] = "ED",
        ["S-1-5-10"] = "PS",
        ["S-1-5-11"] = "AU",
        ["S-1-5-12"] = "RC",
        ["S-1-5-18"] = "SY",
        ["S-1-5-19"] = "LS",
        ["S-1-5-20"] = "NS",
        ["S-1-5-33"] = "WR",
        ["S-1-5-32-544"] = "BA",
        ["S-1-5-32-545"] = "BU",
        ["S-1-5-32-546"] = "BG",
        ["S-1-5-32-547"] = "PU",
        ["S-1-5-32-548"] = "AO",
        ["S-1-5-32-549"] = "SO",
        ["S-1-5-32-550"] = "PO",
        ["S-1-5-32-551"] = "BO",
        ["S-1-5-32-552"] = "RE",
        ["S-1-5-32-554"] = "RU",
        ["S-1-5-32-555"] = "RD",
        ["S-1-5-32-556"] = "NO",
        ["S-1-5-32-558"] = "MU",
        ["S-1-5-32-559"] = "LU",
        ["S-1-5-32-568"] = "IS",
        ["S-1-5-32-569"] = "CY",
        ["S-1-5-32-573"] = "ER",
        ["S-1-5-32-574"] = "CD",
        ["S-1-5-32-578"] = "HA",
        ["S-1-5-32-579"] = "AA",
        ["S-1-5-32-580"] = "RM",
        ["S-1-15-2-1"] = "AC",
        ["S-1-16-4096"] = "LW",
        ["S-1-16-8192"] = "ME",
        ["S-1-16-8448"] = "MP",
        ["S-1-16-12288"] = "HI",
        ["S-1-16-16384"] = "SI",
    };

    /// <summary>The letters of a SID; the SID itself where it has none.</summary>
    public static string Shorten(string sid) => Letters.TryGetValue(sid, out string? letters) ? letters : sid;
}
