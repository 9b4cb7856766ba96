using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Images;

/// <summary>The disks that every format is tried on: sizes on both sides of whatever a format counts in.</summary>
internal static class ImageCases
{
    private const long KiB = 1L << 10;
    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;
    private const long TiB = 1L << 40;

    private static readonly string[] Orders = ["runs", "ascending", "descending", "shuffled"];

    /// <summary>Sizes small enough to fill: clusters and grains, blocks, the EFI disk, a grain table, sizes of no whole sector.</summary>
    private static readonly long[] SmallSizes =
    [
        1, 512, 1000, 4096, (64 * KiB) - 512, 64 * KiB, (64 * KiB) + 512, 540672, MiB - 512, MiB, MiB + 512,
        (2 * MiB) - 512, 2 * MiB, (2 * MiB) + 512, (5 * MiB) + 7, (32 * MiB) - 512, 32 * MiB, (32 * MiB) + 512,
    ];

    /// <summary>Sizes for a little data around a boundary: L2 table, chunks of a VHDX, 32-bit byte counts, 2 TiB less something.</summary>
    private static readonly (long Size, long[] Places)[] LargeSizes =
    [
        ((512 * MiB) - 512, []),
        (512 * MiB, []),
        ((512 * MiB) + 512, [512 * MiB]),
        ((4 * GiB) - 512, []),
        (4 * GiB, []),
        ((4 * GiB) + 512, [4 * GiB]),
        ((33 * GiB) + 4096, [512 * MiB, 2 * GiB, 4 * GiB, 8 * GiB, 32 * GiB]),
        ((128 * GiB) - 512, [127 * GiB]),
        ((1 * TiB) + MiB + 512, [4 * GiB, 512 * GiB, 1 * TiB]),
        (2040 * GiB, [1 * TiB, (1 * TiB) + (8 * GiB), 2039 * GiB]),
    ];

    public static IEnumerable<TheoryDataRow<string, long, string>> Small =>
        from variant in Variant.All
        from size in SmallSizes
        from order in Orders
        where variant.AnyOrder || order is "runs" or "ascending"
        where size > 64 * KiB || order is "runs" or "shuffled"
        where variant.Name != "vmdk-ide" || order == "shuffled"
#if ENGINE_NETSTANDARD
        where order is "shuffled" || !variant.AnyOrder
#endif
        select new TheoryDataRow<string, long, string>(variant.Name, size, order);

    public static IEnumerable<TheoryDataRow<string, long>> Large =>
        from variant in Variant.All
        from large in LargeSizes
        where !variant.Options.Fixed || large.Size is (4 * GiB) + 512
        where variant.Name != "vmdk-ide" || large.Size is (128 * GiB) - 512
        select new TheoryDataRow<string, long>(variant.Name, large.Size);

    public static IEnumerable<TheoryDataRow<string, long>> Empty =>
        from variant in Variant.All
        from size in new[] { 512, (10 * MiB) + 512, 200 * GiB }
        where !variant.Options.Fixed || size < GiB
        select new TheoryDataRow<string, long>(variant.Name, size);

    public static IEnumerable<TheoryDataRow<string, long, string>> SmallForQemu =>
        from row in Small
        let order = row.Data.Item3
        where Variant.Get(row.Data.Item1).QemuFormat is not null
        where order is "shuffled" || !Variant.Get(row.Data.Item1).AnyOrder || (row.Data.Item2 == (32 * MiB) + 512 && order is not "ascending")
        select row;

    public static IEnumerable<TheoryDataRow<string, long>> LargeForQemu => Large.Where(row => Variant.Get(row.Data.Item1).QemuFormat is not null);

    public static IEnumerable<TheoryDataRow<string, long>> EmptyForQemu => Empty.Where(row => Variant.Get(row.Data.Item1).QemuFormat is not null);

    public static Scenario MakeLarge(Variant variant, long size) =>
        Scenario.Around(size, variant.AnyOrder ? "shuffled" : "ascending", LargeSizes.First(large => large.Size == size).Places);
}
