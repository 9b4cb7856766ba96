using System;
using System.IO;
using System.Management.Automation;
using System.Reflection;
using Xunit;

namespace VmaTools.PowerShell.Tests;

/// <summary>What becomes of exceptions that the system throws.</summary>
public class ErrorRecordTests
{
    [Theory]
    [InlineData(typeof(UnauthorizedAccessException), "AccessDenied", ErrorCategory.PermissionDenied)]
    [InlineData(typeof(FileNotFoundException), "ItemNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData(typeof(DirectoryNotFoundException), "ItemNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData(typeof(IOException), "SourceReadFailed", ErrorCategory.ReadError)]
    public void An_exception_of_the_system_has_an_id(Type exception, string id, ErrorCategory category)
    {
        MethodInfo from = typeof(VmaCmdlet).Assembly.GetType("VmaTools.PowerShell.ErrorRecords")!.GetMethod("From", [typeof(Exception), typeof(object)])!;
        ErrorRecord record = (ErrorRecord)from.Invoke(null, [Activator.CreateInstance(exception), null])!;
        Assert.Equal((id, category), (record.FullyQualifiedErrorId, record.CategoryInfo.Category));
    }
}
