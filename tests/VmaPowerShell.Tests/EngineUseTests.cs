using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>What the module takes of the engine any user of the library can take, too: only tests see what is not public.</summary>
public class EngineUseTests
{
    [Fact]
    public void Nobody_but_tests_sees_what_is_not_public() =>
        Assert.Equal(
            ["VmaTools.Fuzzing", "VmaTools.Tests", "VmaTools.Tests.NetStandard"],
            typeof(VmaArchive).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(static a => a.AssemblyName).Order());
}
